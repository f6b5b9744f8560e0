"""Go template text: tokens and syntax tree."""
