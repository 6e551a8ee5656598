package org.quirkwatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;

class DetectorTableTest {

    @Test
    void everyRuleGoesWithAFeature() {
        List<String> used =
                DetectorTable.features(true).stream()
                        .flatMap(feature -> DetectorTable.rules(feature).stream())
                        .distinct()
                        .toList();
        assertThat(used)
                .containsExactlyInAnyOrderElementsOf(Rules.all().stream().map(Rule::name).toList());
    }

    @Test
    void everyFeatureAndRuleOfTheTablesExists() {
        Map<String, List<String>> table = new LinkedHashMap<>();
        DetectorTable.features(true)
                .forEach(feature -> table.put(feature, DetectorTable.rules(feature)));
        assertThat(DetectorTable.all(table))
                .doesNotHaveDuplicates()
                .containsAll(DetectorTable.standard());
    }

    @Test
    void theFeatureOfAnAutoencoderNeedsOne() {
        assertThat(DetectorTable.features(false)).doesNotContain("sae");
        assertThat(DetectorTable.features(true)).contains("sae");
    }

    @Test
    void layersAreNotComparedWhereThereIsOne() {
        assertThat(DetectorTable.rules("activation")).contains("ted");
        for (String one : List.of("concat(attribution-mean)", "sae")) {
            assertThat(DetectorTable.rules(one)).contains("mahalanobis").doesNotContain("ted");
        }
    }
}
