package secrets

// token is the expression for a value that its own prefix or structure gives away: it stands alone,
// not inside a longer run of letters, digits, underscores or hyphens.
func token(value string) string {
	return `(?:^|[^A-Za-z0-9_-])(` + value + `)(?:[^A-Za-z0-9_-]|$)`
}

// assigned is the expression for a value that has no shape of its own and is known only by the name it is
// given to: a variable, a JSON or XML key, a command-line option or a sentence ("the Heroku key is ...").
// Names and value are RE2 alternatives; names match in any case.
func assigned(names, value string) string {
	return `(?i:` + names + `)` + link + `(` + value + `)(?:[^\w+/=-]|$)`
}

// link joins a name to its value: the rest of the name, a closing quote, then an assignment in one of the
// styles of configuration files and programming languages, or a short verb of prose, then an opening quote.
const link = `[\w.\- \t]{0,30}` + tie

const tie = `(?:(?:["'\x60\])]{0,2}[ \t]{0,3}(?:[:?.+|]{0,3}=>?|:)|["'\x60][ \t]?,|[ \t](?:is|lautet|ist|est|es))[ \t"'\x60(=]{0,12}|>\s{0,12})`

// named is the expression, for AllowBefore, for a value that is given to a name with one of these in it.
func named(names string) string {
	return `(?:` + names + `)[\w.-]{0,30}` + tie + `$`
}

// placeholders are stopwords: what stands where a secret would, in documentation and templates.
func placeholders() []string {
	return []string{
		"example", "sample", "dummy", "placeholder", "redacted", "changeme", "change_me", "change-me",
		"xxxx", "yourkey", "your_", "your-", "<your", "${", "{{", "$(", "****", "....",
		"00000000", "abcdefghijkl", "insert_", "insert-", "todo_", "not_a_real",
	}
}
