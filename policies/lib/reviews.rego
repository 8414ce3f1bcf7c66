# Who made a change, who has approved it, and whether they work together.
package bylaw.lib

# Logins, in lower case, of everybody who made the change: who opened it, the authors and co-authors of
# its commits, and who pushed the head; no bots. Who writes a commit can name anybody in it, so being
# named takes away the right to approve and never gives one.
authors(author, commits, pushed_by, people) := {login |
	some login in ((opener | named) | pusher)
	not _bot(people, login)
} if {
	opener := {lower(author.login) | author.kind == "user"}
	named := {lower(a.login) | some c in commits; some a in c.authors; a.login != ""}
	pusher := {lower(pushed_by) | pushed_by != ""}
}

_bot(people, login) if person(people, login).kind == "bot"

# The stance of each person: their last review that is more than a comment.
stances(reviews) := [reviews[i] | some i in last] if {
	each := [{lower(r.author.login): i} | some i, r in reviews; r.state != "commented"]
	last := object.union_n(each) # of entries with the same key the last one stays
}

# The approvals that count, before anybody's employer is looked at: standing, of the present head, by
# a person who may write to the repository and had no part in the change.
qualified(reviews, authors) := [r |
	some r in stances(reviews)
	r.state == "approved"
	r.author.kind == "user"
	r.can_push == true
	r.stale == false
	not lower(r.author.login) in authors
]

# Why an approval does not count at all, whoever gave it works for. Undefined when it counts.
unqualified(review, authors) := in_a_row(sort(reasons)) if {
	reasons := {reason |
		some reason, holds in {
			"is a bot": review.author.kind == "bot",
			"has a deleted account": review.author.kind == "deleted",
			"made the change, or part of it": lower(review.author.login) in authors,
			"approved an earlier version of the change": review.stale,
			"may not write to this repository": review.can_push == false,
		}
		holds
	}
	count(reasons) > 0
}

# What the authors work for between two moments. All evidence counts, also what they made themselves:
# it can only add conflicts.
authors_employers(people, authors, since, until) := {key |
	some login in authors
	some key in employers(people, login, since, until)
}

# The organizations that somebody shares with the authors.
shared(people, login, authors, since, until) := theirs & authors_employers(people, authors, since, until) if {
	theirs := employers(people, login, since, until)
}

# How somebody stands to the authors: "inside" one organization with them, "outside" when their own is
# known and is another one, "open" when that cannot be said.
standing(people, login, authors, since, until) := "inside" if {
	count(shared(people, login, authors, since, until)) > 0
}

standing(people, login, authors, since, until) := "outside" if {
	count(shared(people, login, authors, since, until)) == 0
	not why_open(people, login, authors, since, until)
}

standing(people, login, authors, since, until) := "open" if {
	count(shared(people, login, authors, since, until)) == 0
	why_open(people, login, authors, since, until)
}

# Why it cannot be said how somebody stands to the authors; undefined when it can.
why_open(people, _, authors, _, _) := "a bot proposed the change, so it is not certain who made it" if {
	not known(people, authors)
}

why_open(people, login, authors, since, until) := "their employer is not known" if {
	known(people, authors)
	not _declared(people, login, since, until)
	not _undisclosed(people, login, since, until)
}

why_open(people, login, authors, since, until) := "they prefer not to say whom they work for" if {
	known(people, authors)
	not _declared(people, login, since, until)
	_undisclosed(people, login, since, until)
}

why_open(people, login, authors, since, until) := "the rosters disagree about their employer" if {
	known(people, authors)
	disputed(people, login, since, until)
}

why_open(people, login, authors, since, until) := "a list that others collected names one organization for both" if {
	known(people, authors)
	_declared(people, login, since, until)
	not disputed(people, login, since, until)
	theirs := employers(people, login, since, until) | hearsay(people, login, since, until)
	some author in authors
	count(theirs & (employers(people, author, since, until) | hearsay(people, author, since, until))) > 0
}

# Whether GitHub vouches for some author: a person opened the change, or pushed it. A change by a bot
# may name anybody in its commits, so of it cannot be said who works elsewhere.
known(people, authors) if {
	some login in authors
	p := person(people, login)
	p.kind == "user"
	p.part in {"opened", "pushed"}
}

# The community's own files say whom somebody works for. An e-mail address alone does not: whoever
# writes a commit can write any address.
_declared(people, login, since, until) if {
	some a in affiliations(people, login, since, until)
	a.source in {"declared", "declared-stale", "roster"}
	a.kind in {"employer", "independent"}
}

_undisclosed(people, login, since, until) if {
	some a in affiliations(people, login, since, until)
	a.kind == "undisclosed"
}
