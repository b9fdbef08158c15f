package detect

// latinLook returns the ASCII letter that a Cyrillic, Greek, Armenian or Cherokee letter is drawn like.
// The table is closed under case (а and А give a and A; в follows В), so that a word folds the same
// in either case. Greek nu is the one exception: small nu is drawn like v, capital nu like N.
//
// It is a switch, not a map, because it costs nothing at start-up.
func latinLook(r rune) (byte, bool) {
	switch {
	case r >= 0x400 && r <= 0x52F:
		return cyrillicLook(r)
	case r >= 0x370 && r <= 0x3FF:
		return greekLook(r)
	case r >= 0x530 && r <= 0x58F:
		return armenianLook(r)
	case r >= 0x13A0 && r <= 0x13FF:
		return cherokeeLook(r)
	}
	return 0, false
}

func cyrillicLook(r rune) (byte, bool) {
	switch r {
	case 'ѕ':
		return 's', true
	case 'Ѕ':
		return 'S', true
	case 'і', 'ӏ', 'ї':
		return 'i', true
	case 'І', 'Ӏ', 'Ї':
		return 'I', true
	case 'ј':
		return 'j', true
	case 'Ј':
		return 'J', true
	case 'һ':
		return 'h', true
	case 'Һ':
		return 'H', true
	case 'ԁ':
		return 'd', true
	case 'Ԁ':
		return 'D', true
	case 'ԛ':
		return 'q', true
	case 'Ԛ':
		return 'Q', true
	case 'ԝ':
		return 'w', true
	case 'Ԝ':
		return 'W', true
	case 'ү':
		return 'y', true
	case 'Ү':
		return 'Y', true
	}
	//                 АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ
	const look = "A.B..E....K.MHO.PCTY.X.........."
	if i := r - 'А'; i >= 0 && i < 32 && look[i] != '.' {
		return look[i], true
	}
	if i := r - 'а'; i >= 0 && i < 32 && look[i] != '.' {
		return look[i] + 'a' - 'A', true
	}
	return 0, false
}

func greekLook(r rune) (byte, bool) {
	switch r {
	case 'ν':
		return 'v', true
	case 'ϲ':
		return 'c', true
	case 'Ϲ':
		return 'C', true
	case 'ϳ':
		return 'j', true
	case 'Ϳ':
		return 'J', true
	}
	//            ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ.ΣΤΥΦΧΨΩ
	const look = "AB..EZH.IK.MN.O.P..TY.X.."
	if i := r - 'Α'; i >= 0 && i < 25 && look[i] != '.' {
		return look[i], true
	}
	if i := r - 'α'; i >= 0 && i < 25 && look[i] != '.' {
		return look[i] + 'a' - 'A', true
	}
	return 0, false
}

func armenianLook(r rune) (byte, bool) {
	switch r {
	case 'օ':
		return 'o', true
	case 'Օ':
		return 'O', true
	case 'ս':
		return 'u', true
	case 'Ս':
		return 'U', true
	case 'հ':
		return 'h', true
	case 'ո':
		return 'n', true
	case 'ց':
		return 'g', true
	case 'ԛ':
		return 'q', true
	}
	return 0, false
}

func cherokeeLook(r rune) (byte, bool) {
	switch r {
	case 'Ꭺ':
		return 'A', true
	case 'Ᏼ':
		return 'B', true
	case 'Ꮯ':
		return 'C', true
	case 'Ꭰ':
		return 'D', true
	case 'Ꭼ':
		return 'E', true
	case 'Ꮋ':
		return 'H', true
	case 'Ꭻ':
		return 'J', true
	case 'Ꮶ':
		return 'K', true
	case 'Ꮮ':
		return 'L', true
	case 'Ꮇ':
		return 'M', true
	case 'Ꮲ':
		return 'P', true
	case 'Ꮪ':
		return 'S', true
	case 'Ꭲ':
		return 'T', true
	case 'Ꮩ':
		return 'V', true
	case 'Ꮃ':
		return 'W', true
	case 'Ꮓ':
		return 'Z', true
	}
	return 0, false
}

// plainLatin spells Latin letters that Unicode does not decompose, and small stylized letters.
func plainLatin(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'Ø':
		return "O"
	case 'ł':
		return "l"
	case 'Ł':
		return "L"
	case 'đ', 'ð', 'ɖ', 'ɗ':
		return "d"
	case 'Đ', 'Ð':
		return "D"
	case 'ß':
		return "ss"
	case 'ẞ':
		return "SS"
	case 'æ':
		return "ae"
	case 'Æ':
		return "AE"
	case 'œ':
		return "oe"
	case 'Œ':
		return "OE"
	case 'þ':
		return "th"
	case 'Þ':
		return "TH"
	case 'ı', 'ɩ', 'ɪ':
		return "i"
	case 'ħ', 'ʜ':
		return "h"
	case 'Ħ':
		return "H"
	case 'ŧ', 'ᴛ':
		return "t"
	case 'Ŧ':
		return "T"
	case 'ɑ', 'ᴀ':
		return "a"
	case 'ɡ', 'ɢ':
		return "g"
	case 'ʙ':
		return "b"
	case 'ᴄ':
		return "c"
	case 'ᴅ':
		return "d"
	case 'ᴇ':
		return "e"
	case 'ᴊ', 'ȷ':
		return "j"
	case 'ᴋ':
		return "k"
	case 'ʟ':
		return "l"
	case 'ᴍ':
		return "m"
	case 'ɴ', 'ŋ':
		return "n"
	case 'ᴏ':
		return "o"
	case 'ᴘ':
		return "p"
	case 'ʀ':
		return "r"
	case 'ꜱ':
		return "s"
	case 'ᴜ', 'ʊ':
		return "u"
	case 'ᴠ':
		return "v"
	case 'ᴡ':
		return "w"
	case 'ʏ':
		return "y"
	case 'ᴢ':
		return "z"
	}
	return ""
}

// plainSymbol spells dashes, quotes and circled letters that NFKC leaves alone.
func plainSymbol(r rune) byte {
	switch {
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0x2043:
		return '-'
	case r == 0x2018 || r == 0x2019 || r == 0x201B || r == 0x2032 || r == 0x02BC:
		return '\''
	case r == 0x201C || r == 0x201D || r == 0x201F || r == 0x2033 || r == 0x00AB || r == 0x00BB:
		return '"'
	case r == 0x2044 || r == 0x2215:
		return '/'
	case r == 0x2024 || r == 0x3002:
		return '.'
	case r >= 0x1F150 && r <= 0x1F169:
		return 'A' + byte(r-0x1F150)
	case r >= 0x1F170 && r <= 0x1F189:
		return 'A' + byte(r-0x1F170)
	case r == 0x1680 || r == 0x3000 || r == 0x2028 || r == 0x2029 || r == 0x0085:
		return ' '
	}
	return 0
}
