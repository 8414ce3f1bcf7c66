# What people say in comments that begin with /bylaw. Everybody speaks for themselves only.
package bylaw.lib

# Commands of one name that nobody has taken back: later, the same person may have written
# "/bylaw withdraw", alone or with the name of the command after it. What restricts its writer (recuse,
# disclose) also stands when the comment was deleted or edited away, until it is withdrawn.
restrictions(commands, name) := [c |
	some i, c in commands
	c.name == name
	c.who.kind == "user"
	not _put_in_their_mouth(c)
	not _withdrawn(commands, i)
]

# What somebody else wrote into a comment is not its writer's word.
_put_in_their_mouth(c) if {
	c.fate == "stands"
	_edited_by_another(c)
}

_edited_by_another(c) if {
	c.edited_by != ""
	not same_login(c.edited_by, c.who.login)
}

# The same for what gives something away (waive, delegate): it falls when the comment is deleted, or
# edited by somebody else.
grants(commands, name) := [c |
	some i, c in commands
	c.name == name
	c.who.kind == "user"
	not fallen(c)
	not _given_up(commands, i)
]

# A grant that its writer has taken back does not come back when somebody deletes or edits the comment that did so.
_given_up(commands, i) if count(_withdrawals(commands, i)) > 0

# Grants of one name that have fallen, so that it can be said.
fallen_grants(commands, name) := [c |
	some i, c in commands
	c.name == name
	c.who.kind == "user"
	fallen(c)
	not _withdrawn(commands, i)
]

# Whether a comment no longer says what its writer wrote.
fallen(c) if c.fate in {"deleted", "edited"}

fallen(c) if _edited_by_another(c)

_withdrawn(commands, i) if {
	some later in _withdrawals(commands, i)
	not fallen(later)
}

_withdrawals(commands, i) := [later |
	some j, later in commands
	j > i
	later.name == "withdraw"
	same_login(later.who.login, commands[i].who.login)
	lower(first_word(later.arguments)) in {"", commands[i].name}
]

# The first word of a text; empty when there is none.
first_word(text) := split(trim_space(text), " ")[0]

# What follows the first words of a text.
after_words(text, n) := trim_space(concat(" ", array.slice(words, n, count(words)))) if {
	words := [w | some w in split(trim_space(text), " "); w != ""]
}

# The n-th word of a text, from 0; empty when there are fewer.
word(text, n) := concat("", array.slice(words, n, n + 1)) if {
	words := [w | some w in split(trim_space(text), " "); w != ""]
}
