# Whether somebody works together with those who made a change.
package bylaw.lib

# Logins, in lower case, of everybody who made the change: who opened it, the authors and co-authors of
# its commits, and who pushed the head; no bots. Who writes a commit can name anybody in it, so being
# named takes away the right to approve and never gives one.
authors(people) := bylaw.authors(people)

# Whether GitHub vouches for some author: a person opened the change, or pushed it. A change by a bot
# may name anybody in its commits, so of it cannot be said who works elsewhere.
known(people) if bylaw.known(people)

# Whom the authors work for between two moments, and which organizations that makes one with theirs or
# related to it. All evidence counts, also what they made themselves: it can only add conflicts.
#   known       whether GitHub vouches for some author
#   employers   whom they work for
#   one         these, and the organizations that are one with them
#   related     these, and those that are related to them
#   told        what others collected about them
#   since, until   the two moments
circle(people, organizations, since, until) := bylaw.circle(people, organizations, since, until)

# How a person stands to the authors: "inside" one organization with them, "outside" when their own is
# known and is another one, "open" when that cannot be said. With it come
#   why         why it is open, the most telling reason, or ""
#   unclear     why it cannot be said whom the person works for, whoever the authors are, or ""
#   employers   whom the person works for
#   shared      the organizations that they share with the authors
#   affiliations   what says so
# Whom somebody works for is known when the community's own files say so. An e-mail address alone does not:
# whoever writes a commit can write any address. Nor does a line that stands there no more.
position(someone, circle) := bylaw.position(someone, circle)

# The same of every user among the people, both by login.
positions(people, circle) := bylaw.positions(people, circle)

# The same of those people for whom there is a span [since, until], each by the circle of that span.
positions_between(people, organizations, spans) := bylaw.positions_between(people, organizations, spans)

# The keys of records, such as positions by login, by what stands at a path in each:
# {"inside": {"alice"}, "outside": {"bob", "carol"}}.
grouped(records, path) := bylaw.grouped(records, path)
