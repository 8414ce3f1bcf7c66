// Package roster reads the files that say who is who: people, their roles, and for whom they worked
// on which days. Each line that it believes is kept with its file and number.
//
// Communities keep such files in many formats, by hand. Reading is lenient, and linting is loud: a line
// that can mean one thing only is read as that and reported; of a line that can mean several, nothing is
// believed. Nobody is found by a name, and of e-mail addresses only the domains are kept.
//
// It does no I/O, and it decides nothing: whether two people are colleagues is for a policy to say.
package roster
