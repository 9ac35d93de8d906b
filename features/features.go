// Package features holds the scenarios of the suite: a folder a level, a file a flow of the guide or an inferred
// rule. They are written for people who know Info Mart; package steps compiles them. And it says what of the guide they
// show, and what of it no scenario does.
package features

import "embed"

// FS holds the .feature files, under folders called after levels.
//
//go:embed documented invariant inferred delivery
var FS embed.FS
