"""Every function that Helm 3.17 offers to templates (`upper`, `toYaml`, `semverCompare`, ...), over plain values."""
