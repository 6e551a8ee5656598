package org.quirkwatch.evaluation;

/// Sentences that both reports have, in plain text.
final class Wording {

    static final String AUROC =
            "AUROC is the share of pairs of an anomalous and a normal row in which the anomalous"
                    + " row scores higher: 1 finds all, 0.5 tells nothing. Scores of layers become"
                    + " one by their standardised mean, or by their plain mean where the layers have"
                    + " no common scale. Numbers are means over seeds, which decide what trusted"
                    + " rows are held out; intervals are 95 % by the bootstrap over tested rows and"
                    + " say nothing of other models. Means over tasks are of those whose model is"
                    + " quirky: where Alice's and Bob's answers differ, it prefers each one's own for"
                    + " their names (min loss above 0).";

    static final String PICKED =
            "Picked on the very rows that it is reported on, so better than it would be elsewhere."
                    + " Offline detectors learn from the tested rows too, without their labels.";

    static final String BANDS =
            "The 99 % band holds the share of flagged rows where each row is flagged with"
                    + " probability alpha; the wider one takes into account that the threshold comes"
                    + " from finitely many calibration rows. Outside of it, tested normal rows are"
                    + " not like trusted ones: that is a shift, or a detector that looks at names.";

    static final String PUBLISHED =
            "AUROC of the mean of raw scores, easy → hard, unseen names. The published models are"
                    + " large pre-trained ones that were fine-tuned, ours are small ones that were"
                    + " trained on the task alone: the numbers say whether a method behaves alike,"
                    + " not which model is better.";

    private Wording() {}
}
