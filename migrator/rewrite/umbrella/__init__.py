"""The umbrella chart of a release: Chart.yaml, values files, and the image markers that go along."""
