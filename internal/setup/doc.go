// Package setup is what an operator needs before and beside the service: it registers the GitHub App from app.yml by
// GitHub's manifest flow, on a page on loopback (`bylaw setup`), and it examines an installation (`bylaw doctor`).
//
// It judges no pull request and changes nothing on GitHub but what a person confirms there. Credentials pass through
// it once; it never logs them and never shows them on a page.
package setup
