// Package features holds the suite's scenarios: a folder per level, a file per flow of the guide or inferred rule.
// They are written for people who know Info Mart; package steps compiles them. The package also lists what the guide
// requires, with what shows it and what no scenario tests.
package features

import "embed"

// FS holds the .feature files, in folders named after levels.
//
//go:embed documented invariant inferred delivery
var FS embed.FS
