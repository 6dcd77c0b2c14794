"""Rule packs as data, one file a jurisdiction: dated, cited rules with worked examples."""
