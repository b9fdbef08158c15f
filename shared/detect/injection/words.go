package injection

// The word sets that several lexicons share. Words stand in folded form: lower case, without accents.

// drop are orders to leave something out of account.
func drop() []string {
	return []string{
		"ignore", "ignoring", "disregard", "disregarding", "forget", "overlook", "override", "bypass", "abandon", "discard",
		"neglect", "erase", "drop", "scrap", "stop following", "do not follow", "don't follow", "dont follow",
		"pay no attention to", "set aside", "leave behind", "leave all the previous", "remove all previous", "regardless of",
		"despite what", "delete all", "wipe", "unlearn", "skip",
		"ignoriere", "ignorieren", "ignorier", "vergiss", "vergesse", "vergessen", "missachte", "missachten",
		"verwirf", "uberschreibe", "abweichend zu", "hinter sich",
		"ignorez", "oubliez", "oublie", "oublier", "ne tenez pas compte", "ne tiens pas compte", "fais abstraction",
		"ignora", "ignorar", "ignoren", "olvida", "olvide", "olvidar", "olviden", "olvidate", "haz caso omiso", "descarta",
		"dimentica", "dimenticate", "ignorare", "ignorate", "tralascia",
		"esqueca", "esquece", "esquecer", "desconsidere", "desconsidera",
		"negeer", "vergeet", "zignoruj", "zapomnij", "pomin", "zaboravi", "ignorisi",
		"забудь", "забудьте", "игнорируй", "игнорируйте", "игнорировать", "αγνοηστε", "αγνοησε",
	}
}

// earlier are words for what came before in the conversation.
func earlier() []string {
	return []string{
		"previous", "previously", "prior", "preceding", "above", "earlier", "before", "existing", "initial", "original",
		"foregoing", "past", "beforehand", "so far", "you have been told", "you've been told", "you were told",
		"you were given", "you got", "you have received", "you know", "i said", "told you", "you've been instructed",
		"vorherige", "vorherigen", "bisherige", "bisherigen", "vorangehenden", "vorangegangenen", "vorige", "vorigen",
		"obige", "obigen", "davor", "vorher", "zuvor", "gesagte", "ursprunglichen",
		"precedent", "precedente", "precedentes", "precedents", "anterieures", "ci-dessus", "avant",
		"anterior", "anteriores", "previas", "previos", "antes", "arriba",
		"precedenti", "prima", "sopra", "acima", "previa", "previo",
		"vorige", "eerdere", "bovenstaande", "poprzednie", "wczesniejsze", "powyzsze",
		"предыдущие", "предыдущих", "προηγουμενες", "προηγουμενα",
	}
}

// orders are words for what the assistant was told.
func orders() []string {
	return []string{
		"instruction", "instructions", "instruktions", "directive", "directives", "prompt", "prompts", "guideline", "guidelines",
		"rules", "command", "commands", "task", "tasks", "assignments", "constraints", "training",
		"programming", "system message", "messages", "context", "documents", "articles", "orders", "restrictions",
		"information", "conversation", "text", "thoughts",
		"anweisung", "anweisungen", "befehl", "befehle", "aufgaben", "auftrage", "vorgaben", "angaben", "instruktionen",
		"regeln", "informationen", "ausfuhrungen",
		"consignes", "regles", "ordres", "directives",
		"instruccion", "instrucciones", "ordenes", "reglas", "indicaciones",
		"istruzioni", "regole", "comandi", "ordini", "instrucoes", "regras", "comandos", "ordens", "indicacoes",
		"instructies", "opdrachten", "instrukcje", "polecenia", "instrukcije",
		"инструкции", "указания", "οδηγιες",
	}
}

// all are words that make an order sweeping.
func all() []string {
	return []string{
		"all", "any", "every", "everything", "anything", "whatever", "your", "these", "those", "entire", "the above",
		"alle", "alles", "sämtliche", "samtliche", "deine", "ihre", "toutes", "tous", "tout", "vos", "tes",
		"todo", "todos", "todas", "tus", "sus", "tutte", "tutti", "tutto", "tuas", "suas", "tudo", "le",
		"wszystkie", "sve", "все", "τις",
	}
}

// say are orders to utter something.
func say() []string {
	return []string{
		"say", "state", "print", "output", "write", "respond", "reply", "answer", "repeat", "tell", "give", "show", "display",
		"generate", "return", "echo", "translate", "provide", "execute", "act", "do", "pretend", "proceed",
		"sag", "sage", "sagen", "schreibe", "schreib", "schreiben", "antworte", "zeige", "gib", "geben", "berechne", "berechnen", "beantworte",
		"dis", "dites", "ecris", "ecrivez", "reponds", "repondez", "affiche", "affichez", "indiquez",
		"di", "diga", "dime", "decir", "escribe", "escriba", "responde", "muestra", "imprime",
		"scrivi", "rispondi", "mostra", "stampa", "dimmi", "diga", "escreva", "responda", "mostre", "imprima",
		"скажи", "скажите", "напиши",
	}
}

// negated are words that turn an order round: warnings about injection and talk of what not to do.
func negated() []string {
	return []string{
		"not", "never", "don't", "dont", "cannot", "can't", "without", "avoid", "nicht", "nie", "niemals",
		"ne", "jamais", "nunca", "mai", "nao",
	}
}

// narrated are words before a verb that make it a report, a question about it or a third person's doing.
func narrated() []string {
	return []string{
		"he", "she", "they", "we", "i", "who", "people", "users", "attackers", "users may", "to avoid", "often", "tend to",
		"can't", "cannot", "not", "never", "don't", "dont", "won't", "didn't", "should i", "can i", "could i", "may i",
	}
}

// machine are names for the assistant.
func machine() []string {
	return []string{
		"chatgpt", "chat gpt", "gpt", "gpt-3", "gpt-4", "gpt4", "openai", "open ai", "language model", "ai model", "ai language model",
		"ai assistant", "chatbot", "chat bot", "llm", "claude", "bard", "bing", "gemini", "llama", "copilot", "anthropic",
		"artificial intelligence", "an ai", "the ai", "assistant", "ki", "sprachmodell", "ia", "modele de langage", "modelo de lenguaje",
		"modello linguistico", "modelo de linguagem",
	}
}
