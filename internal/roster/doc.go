// Package roster reads the files that say who is who: people, their roles, and for whom they worked
// on which days. Each line that it believes is kept with its file and number.
//
// It does no I/O, and it decides nothing: whether two people are colleagues is for a policy to say.
package roster
