// Package look holds what the workspace and the published site share in looks: the design tokens.
package look

import _ "embed"

// Tokens is the style sheet of design tokens: colours for light and dark, type, spacing.
//
//go:embed tokens.css
var Tokens string
