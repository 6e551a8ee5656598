package org.quirkwatch.detector;

/// What may be set of a rule.
///
/// @param name in commands, lower case with hyphens
/// @param standard what holds where it is not set, as text
/// @param meaning one line, with the range
public record RuleOption(String name, String standard, String meaning) {}
