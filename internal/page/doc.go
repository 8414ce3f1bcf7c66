// Package page shows what was decided, on which facts and by which rules, as plain pages that work without
// JavaScript. Everything on them comes from the store: looking at a page never evaluates anything, asks GitHub
// nothing but who may look, and writes nothing but who is signed in.
//
// Text from outside goes through [bylaw.PlainText] and html/template, and nothing of it is ever a link, a style
// or markup. Whoever may not see a repository gets the page of one that does not exist.
package page
