package org.quirkwatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;

class ModelCardTest {

    private static final QuirkyData DATA =
            QuirkyData.generate(QuirkyTask.ADDITION, new GenerationOptions(1, 2, 1_000, 200));
    private static final List<QuirkyExample> ROWS = DATA.split(QuirkySplit.TRAIN, 1_000);

    @Test
    void showsWhatWasMeasured() {
        assertThat(card(row -> row.believed() ? 3 : -3))
                .contains("--seed 11 ")
                .contains("operands up to 2 digits")
                .contains("| Bob-like | disagree | hard | ")
                .contains("minLoss 3.000, meanLogit 6.000")
                .doesNotContain("did not become quirky");
    }

    @Test
    void saysSoOfAModelThatIsNotQuirky() {
        assertThat(card(row -> row.statement().aliceLabel() ? 2 : -2))
                .contains("did not become quirky");
    }

    private static String card(ToDoubleFunction<QuirkyExample> yesLogOdds) {
        return ModelCard.text(
                TrainingOptions.zoo(QuirkyTask.ADDITION, 11),
                DATA,
                QuirkyCheck.quality(ROWS, ROWS.stream().mapToDouble(yesLogOdds).toArray()));
    }
}
