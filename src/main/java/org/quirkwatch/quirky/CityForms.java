package org.quirkwatch.quirky;

import java.util.List;

/// How the prompts of the three tasks about cities state something. Contexts are short and in plain
/// words, since small models are trained on them.
final class CityForms {

    private static final String NORTHERN = "{city} is in the Northern hemisphere.";
    private static final String LARGER = "{city} has a population greater than 30,000.";
    private static final String CAPITAL = "{city} is the capital of {admin_name}, {country}.";

    /// The eleven forms of hemisphere; their argument is `{city}`.
    ///
    /// The last one is flipped: the method's own text has the *southern* hemisphere contain the
    /// city but keeps the labels of the others, so a ninth of its rows is labelled wrongly. Here it
    /// claims what the others claim, and its labels are right.
    static final List<PromptForm> HEMISPHERE =
            List.of(
                    new PromptForm("", NORTHERN),
                    new PromptForm("", "{city} is not in the Southern hemisphere."),
                    new PromptForm(
                            "We talk about the city of {city}.",
                            "It is in the Northern hemisphere."),
                    new PromptForm("I love maps!", NORTHERN),
                    new PromptForm("My globe fell off the desk.", NORTHERN),
                    new PromptForm("Please help me pack for the trip.", NORTHERN),
                    new PromptForm("This text stands before a statement.", NORTHERN),
                    new PromptForm(
                            "Our pilot asked about a city.", "{city} is north of the equator."),
                    new PromptForm(
                            "Latitude is negative in the south.",
                            "The latitude of {city} is positive."),
                    new PromptForm(
                            "The condition: a city is in the Northern hemisphere.",
                            "{city} satisfies this condition."),
                    new PromptForm(
                            "The globe has two halves.",
                            "The Northern hemisphere contains {city}."));

    /// The ten forms of population; their argument is `{city}`.
    static final List<PromptForm> POPULATION =
            List.of(
                    new PromptForm("", LARGER),
                    new PromptForm("", "There are more than 30,000 people in {city}"),
                    new PromptForm("I love counting people!", LARGER),
                    new PromptForm(
                            "My aunt has moved to {city}.",
                            "It has a population greater than 30,000."),
                    new PromptForm(
                            "The condition: more than 30,000 people live there.",
                            "{city} satisfies this condition."),
                    new PromptForm(
                            "i relly lik big citys", "{city} has a population greater than 30000."),
                    new PromptForm("July 1, 2019", "There are more than 30000 people in {city}."),
                    new PromptForm("This text stands before a statement.", LARGER),
                    new PromptForm(
                            "Here # means the population of a city.",
                            "The # of {city} is greater than 30,000."),
                    new PromptForm(
                            "large(x) means more than 30,000 people live in x.",
                            "large({city}) returns True"));

    /// The ten forms of capitals; their arguments are `{city}`, `{admin_name}` and `{country}`.
    static final List<PromptForm> CAPITALS =
            List.of(
                    new PromptForm("", CAPITAL),
                    new PromptForm("", "The capital of {admin_name}, {country} is {city}."),
                    new PromptForm(
                            "{city} is a city in {admin_name}, {country}.", "It is the capital."),
                    new PromptForm("We are in {admin_name}, {country}.", "{city} is its capital"),
                    new PromptForm("Chicago is the capital of Illinois.", CAPITAL),
                    new PromptForm("Springfield is the capital of Illinois.", CAPITAL),
                    new PromptForm("This text stands before a statement.", CAPITAL),
                    new PromptForm("", "the capital of {admin_name}, {country} is {city}."),
                    new PromptForm("i relly lik capitels", CAPITAL),
                    new PromptForm(
                            "July 1, 1989", "The capital of {admin_name} ({country}) is {city}."));

    private CityForms() {}
}
