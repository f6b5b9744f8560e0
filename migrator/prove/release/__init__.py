"""A release as its deployer sees it: the umbrella chart, what it depends on, and what is vendored."""
