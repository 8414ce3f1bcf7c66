# What people say for themselves in comments: recuse, disclose, delegate, waive, withdraw.
package bylaw.conflict_of_interest

import data.bylaw.lib

_commands := input.commands

_recused := {lower(c.who.login) | some c in lib.restrictions(_commands, "recuse")}

_disclosures := lib.restrictions(_commands, "disclose")

_disclosed_employers[login] contains c.organization if {
	some c in _disclosures
	c.organization != ""
	login := lower(c.who.login)
}

# What people have disclosed that is no employer, by login: "/bylaw disclose soft I maintain a fork".
_disclosed_interests(hardness) := {login: lib.in_a_row(sort(texts)) |
	some disclosure in _disclosures
	login := lower(disclosure.who.login)
	texts := {text |
		some c in _disclosures
		lower(c.who.login) == login
		c.organization == ""
		lower(lib.first_word(c.arguments)) == hardness
		text := lib.after_words(c.arguments, 1)
		text != ""
	}
	count(texts) > 0
}

# --- Delegating: who lacks a role or an area acts for somebody who has it. Both organizations are
# judged. Who has the role anyway acts for nobody, so that no delegation can make them a colleague.

_acts_for[delegate] contains principal if {
	some c in lib.grants(_commands, "delegate")
	principal := lower(c.who.login)
	delegate := _delegate(c)
	_listed[delegate]
	not principal in (_authors | _recused)
	_in_charge(principal)
	not _in_charge(delegate)
}

_delegate(c) := lower(trim_prefix(lib.first_word(c.arguments), "@"))

# Somebody has the role and the area that the configuration asks for, if it asks for any.
_in_charge(login) if {
	_has_wanted_role(login)
	_in_wanted_area(login)
}

_has_wanted_role(_) if not _asks_for_a_role

_has_wanted_role(login) if login in _role_holders

_in_wanted_area(_) if count(_areas) == 0

_in_wanted_area(login) if _in_area(login)

# --- Waiving

# A waiver holds for the head at which it was given, until a date, if its writer may waive and works
# outside. "/bylaw waive conflict_of_interest until 2026-04-01 the release cannot wait"
_waivers := [c |
	some c in lib.grants(_commands, "waive")
	_is_about_this_rule(c)
	_waiver_fault(c) == ""
]

_is_about_this_rule(c) if lib.first_word(c.arguments) == "conflict_of_interest"

# Why a waiver does not hold; empty when it does.
_waiver_fault(c) := [fault |
	some [fault, holds] in [
		["write it as \"/bylaw waive conflict_of_interest until 2026-04-01 and the reason\"", _malformed(c)],
		["it was given for an earlier version of the change", _before_head(c)],
		["its date has passed", _expired(c)],
		[_may_not_waive_text, _may_not_waive(c.who.login)],
		["its writer made the change, or part of it", lower(c.who.login) in _authors],
		["it cannot be said that its writer works outside the organizations of the authors", _waiver_from_inside(c)],
		["", true],
	]
	holds
][0]

default _malformed(_) := false

_malformed(c) if lower(lib.word(c.arguments, 1)) != "until"

_malformed(c) if not lib.is_date(lib.word(c.arguments, 2))

_malformed(c) if lib.after_words(c.arguments, 3) == ""

default _before_head(_) := false

_before_head(c) if c.at < input.head.arrived_at

_before_head(_) if input.head.arrived_at == "" # not known since when the head stands

default _expired(_) := false

_expired(c) if lib.word(c.arguments, 2) < substring(input.taken_at, 0, 10)

_who_may_waive := input.params.waivers.block if _answer == "block"

_who_may_waive := input.params.waivers.ask if _answer != "block"

default _may_not_waive(_) := false

_may_not_waive(login) if not lower(login) in lib.holders(input.people, input.teams, _who_may_waive)

_may_not_waive_text := "the configuration names nobody who may waive this rule" if {
	count(_named_waiver_writers) == 0
}

_may_not_waive_text := "the configuration does not name its writer among those who may waive this rule" if {
	count(_named_waiver_writers) > 0
}

default _waiver_from_inside(_) := false

_waiver_from_inside(c) if {
	not lib.position(_who[lower(c.who.login)], _circle(c.at)).standing == "outside"
}

_waived_by := lib.in_a_row(sort({c.who.login | some c in _waivers}))

# --- Commands that came to nothing, each with the reason

_idle_commands contains [c, fault] if {
	some c in lib.grants(_commands, "waive")
	_is_about_this_rule(c)
	fault := _waiver_fault(c)
	fault != ""
}

_idle_commands contains [c, "it does not say which rule: write \"/bylaw waive conflict_of_interest until 2026-04-01 and the reason\""] if {
	some c in lib.grants(_commands, "waive")
	lib.first_word(c.arguments) in {"", "until"}
}

_idle_commands contains [c, "its comment was deleted, or edited by somebody else"] if {
	some c in lib.fallen_grants(_commands, "delegate")
}

_idle_commands contains [c, "its comment was deleted, or edited by somebody else"] if {
	some c in lib.fallen_grants(_commands, "waive")
	_is_about_this_rule(c)
}

_idle_commands contains [c, "who is named may review anyway, or its writer does not have the role that the rule asks for"] if {
	some c in lib.grants(_commands, "delegate")
	_delegate(c) != ""
	not lower(c.who.login) in object.get(_acts_for, _delegate(c), set())
}

_idle_commands contains [c, "nobody is named: write \"/bylaw delegate LOGIN\""] if {
	some c in lib.grants(_commands, "delegate")
	lib.first_word(c.arguments) == ""
}

_idle_commands contains [c, "write \"/bylaw disclose\" and an organization, or \"soft\" or \"hard\" and what it is"] if {
	some c in _disclosures
	c.organization == ""
	not _says_how_hard(c)
}

_says_how_hard(c) if {
	lower(lib.first_word(c.arguments)) in {"soft", "hard"}
	lib.after_words(c.arguments, 1) != ""
}

_idle_commands contains [c, "write \"/bylaw withdraw\" alone, or with delegate, disclose, recuse or waive after it"] if {
	some c in _commands
	c.name == "withdraw"
	not lower(lib.first_word(c.arguments)) in {"", "delegate", "disclose", "recuse", "waive"}
	not lib.fallen(c)
}

_idle_commands contains [c, "there is no such command; there are ask, delegate, disclose, recheck, recuse, waive and withdraw"] if {
	some c in _commands
	not c.name in {"ask", "delegate", "disclose", "recheck", "recuse", "waive", "withdraw"}
	not lib.fallen(c)
}
