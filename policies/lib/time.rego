# Days on which people work.
package bylaw.lib

# The moment at which n business days have passed since a moment: Monday to Friday, in UTC, holidays
# not known. A moment on a weekend counts as the beginning of Monday.
after_business_days(moment, n) := _moment(time.add_date(start, 0, 0, days)) if {
	start := _working(time.parse_rfc3339_ns(moment))
	day := _weekdays[time.weekday(start)]
	over_weekend := [0, 2][floor((day + (n % 5)) / 5)]
	days := ((7 * floor(n / 5)) + (n % 5)) + over_weekend
}

_weekdays := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

_working(ns) := ns if _weekdays[time.weekday(ns)] < 5

_working(ns) := _midnight(time.add_date(ns, 0, 0, 7 - day)) if {
	day := _weekdays[time.weekday(ns)]
	day >= 5
}

_midnight(ns) := time.parse_rfc3339_ns($"{time.format([ns, "UTC", "2006-01-02"])}T00:00:00Z")

_moment(ns) := time.format([ns, "UTC", "2006-01-02T15:04:05Z07:00"])

# A moment so many days earlier.
days_before(moment, n) := _moment(time.add_date(time.parse_rfc3339_ns(moment), 0, 0, 0 - n))

# The beginning of the day after a date such as 2026-01-31.
day_after(date) := _moment(time.add_date(time.parse_rfc3339_ns($"{date}T00:00:00Z"), 0, 0, 1))

# Whether a text is a date such as 2026-01-31, of this century or the next: no calculation with it fails.
is_date(text) if {
	regex.match(`^2[01]\d\d-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))$`, text)
}

is_date(text) if {
	regex.match(`^2[01]\d\d-02-29$`, text)
	startswith(day_after(concat("", [substring(text, 0, 8), "28"])), text)
}

# A moment as people read it: "2026-03-12 09:00 UTC".
in_words(moment) := $"{substring(moment, 0, 10)} {substring(moment, 11, 5)} UTC"
