# Who has approved a change.
package bylaw.lib

# The stance of each person: their last review that is more than a comment.
stances(reviews) := bylaw.stances(reviews)

# The same by what each says, and by login in lower case: {"approved": {"alice": ...}}.
stances_by_state(reviews) := bylaw.stances_by_state(reviews)

# From when until when whoever gave these approvals, by login, is judged: from a moment, or from the approval
# itself when it is earlier, until the approval.
spans(approvals, since) := bylaw.spans(approvals, since)

# The approvals that count, before anybody's employer is looked at: standing, of the present head, by
# a person who may write to the repository and had no part in the change.
qualified(reviews, authors) := [r |
	some r in stances(reviews)
	r.state == "approved"
	r.author.kind == "user"
	r.can_push
	not r.stale
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
