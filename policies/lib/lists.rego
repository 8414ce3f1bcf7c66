# Long lists. A call or an expression for each of hundreds of elements takes longer than all else that a policy
# does; these look at all of them at once.
package bylaw.lib

# What stands under a key in each of the records.
column(records, key) := bylaw.column(records, key)

# The records under whose key one of these values stands.
where(records, key, wanted) := bylaw.where(records, key, wanted)

# The places, from 0, at which one of these values stands in a list, as a set.
places(list, wanted) := bylaw.places(list, wanted)

# What stands at these places of a list.
elements(list, places) := bylaw.elements(list, places)

# The elements of a list as a set.
as_set(list) := bylaw.as_set(list)

# An object with one value under each of the keys.
all_with(keys, value) := bylaw.all_with(keys, value)

# Those of the texts that match a regular expression, as a set.
matching(pattern, texts) := bylaw.matching(pattern, texts)

# The numbers, from 1, of those lines of a text that are not empty and did not stand in it before.
new_lines(lines, old) := bylaw.new_lines(lines, old)

# The places of those texts of Markdown (items, cells, ...) in which there is a link; images are none.
linked(texts) := bylaw.linked(texts)

# Of each text of Markdown the words of the link with which it begins, and null where it begins otherwise.
leading_links(texts) := bylaw.leading_links(texts)
