# How names are compared.
package bylaw.listings

# Names as they are sorted.
_sortable(names) := names if input.params.order == "byte"

_sortable(names) := split(lower(concat(_between, names)), _between) if input.params.order == "ignore-case"

_sortable(names) := split(_folded(concat(_between, names)), _between) if input.params.order == "unicode"

# Names by which duplicates are found: letters and digits only, without accents and legal forms.
_plain(names) := split(regex.replace(bare, `[^\pL\pN\x00]+`, ""), _between) if {
	joined := _folded(concat(_between, names))
	bare := regex.replace(joined, `(?:[ ,]+(?:inc|incorporated|corp|corporation|co|company|llc|llp|ltd|limited|gmbh|ag|kg|se|sa|sas|srl|spa|bv|nv|oy|oyj|ab|aps|kk|plc|pte|pty)\.?)+(\x00|$)`, "$1")
}

# Rego knows no Unicode collation. The common Latin letters with accents stand for the letters without.
_folded(text) := strings.replace_n(_accents, lower(text))

_accents := {
	"à": "a", "á": "a", "â": "a", "ã": "a", "ä": "a", "å": "a", "ā": "a", "ă": "a", "ą": "a", "æ": "ae",
	"ç": "c", "ć": "c", "ĉ": "c", "ċ": "c", "č": "c", "ď": "d", "đ": "d", "ð": "d",
	"è": "e", "é": "e", "ê": "e", "ë": "e", "ē": "e", "ĕ": "e", "ė": "e", "ę": "e", "ě": "e",
	"ĝ": "g", "ğ": "g", "ġ": "g", "ģ": "g", "ĥ": "h", "ħ": "h",
	"ì": "i", "í": "i", "î": "i", "ï": "i", "ĩ": "i", "ī": "i", "ĭ": "i", "į": "i", "ı": "i",
	"ĵ": "j", "ķ": "k", "ĺ": "l", "ļ": "l", "ľ": "l", "ł": "l",
	"ñ": "n", "ń": "n", "ņ": "n", "ň": "n",
	"ò": "o", "ó": "o", "ô": "o", "õ": "o", "ö": "o", "ø": "o", "ō": "o", "ŏ": "o", "ő": "o", "œ": "oe",
	"ŕ": "r", "ŗ": "r", "ř": "r", "ś": "s", "ŝ": "s", "ş": "s", "š": "s", "ș": "s", "ß": "ss",
	"ţ": "t", "ť": "t", "ŧ": "t", "ț": "t", "þ": "th",
	"ù": "u", "ú": "u", "û": "u", "ü": "u", "ũ": "u", "ū": "u", "ŭ": "u", "ů": "u", "ű": "u", "ų": "u",
	"ŵ": "w", "ý": "y", "ÿ": "y", "ŷ": "y", "ź": "z", "ż": "z", "ž": "z",
	"\u0300": "", "\u0301": "", "\u0302": "", "\u0303": "", "\u0308": "", "\u030a": "", "\u030c": "", "\u0327": "",
}

# Names whose letters look like others: of two scripts, or invisible.
_faults contains {
	"rule": "letters", "file": g.file, "line": g.at[i],
	"msg": $"The name {_quoted(g.names[i])} mixes letters that look alike but are of two alphabets.",
	"fix": "Type the name anew in one alphabet.",
} if {
	some g in _groups
	_mixed(concat(" ", g.names))
	some i in g.changed
	_mixed(g.names[i])
}

_mixed(text) if {
	regex.match(`\p{Latin}`, text)
	regex.match(`[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]`, text)
}

_faults contains {
	"rule": "letters", "file": l.file, "line": l.line,
	"msg": "This line has a sign that nobody can see.",
	"fix": "Type the line anew.",
} if {
	some sign in _unseen_in_files
	some l in _new_lines
	contains(l.text, sign)
}

_unseen_in_files := {sign |
	some f in _listings
	some sign in _unseen
	contains(f.after.text, sign)
}

_unseen := {
	"\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
	"\u2060", "\u2061", "\u2062", "\u2063", "\u2064", "\u2065", "\u2066", "\u2067", "\u2068", "\u2069",
}

_faults contains {
	"rule": "html", "file": l.file, "line": l.line,
	"msg": "HTML is not read as an entry, so it cannot be judged.",
	"fix": "Write it in Markdown: an item of a list or a row of a table, with links such as [Name](https://...).",
} if {
	_some_html
	some l in _new_lines
	regex.match(_html, l.text)
}

_html := `(?i)<(?:a|li|ul|ol|dl|dt|table|tr|td|th|script|style|iframe|form|object|embed)\b`

# One look at the whole file tells of most changes that there is nothing to look for.
_some_html if {
	some f in _listings
	contains(f.after.text, "<")
	regex.match(_html, f.after.text)
}
