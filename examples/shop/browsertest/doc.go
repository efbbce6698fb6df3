// Package browsertest opens the report of examples/shop in a real browser, headless
// Chromium. It is a module of its own, never tagged, so that what drives the browser
// reaches nobody.
//
//	.ci/browser.sh go test ./...
//
// GUANXI_CHROMIUM names the browser; without it the tests skip. GUANXI_SCREENSHOTS
// names a folder to keep pictures and the printed pages in.
package browsertest
