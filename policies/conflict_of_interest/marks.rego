# What the transparency report counts.
package bylaw.conflict_of_interest

# Those who have approved so far do not do, and some of them have a conflict.
marks contains "conflict" if {
	not _enough_known
	count(_inside) > 0
}

marks contains _mark

_mark := {"outside": "outside_review", "unknown": "unknown", "waived": "waiver", "nobody": "nobody"}[_case]
