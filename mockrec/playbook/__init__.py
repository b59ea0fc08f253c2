"""Stories: read from YAML or JSON, checked to the line, judged by what really happened."""
