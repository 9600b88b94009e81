package starling.experiments.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Parameter<Integer> COUNT = Parameter.integer("count", 10, 2, 1, 100, "how many");
    private static final Parameter<Double> SHARE = Parameter.number("share", 0.5, 0.25, 0, 1, "which part");
    private static final Parameter<List<Integer>> SIZES =
            Parameter.list("sizes", "integers", "1,2,3", "1", "which sizes", Integer::valueOf);
    private static final List<Parameter<?>> ALL = List.of(COUNT, SHARE, SIZES);

    @Test
    void takesWhatWasSetAndTheRestAsItStands() {
        Settings settings = Settings.of(ALL, Map.of("share", "0.75"), false);
        assertEquals(10, settings.get(COUNT));
        assertEquals(0.75, settings.get(SHARE));
        assertEquals(List.of(1, 2, 3), settings.get(SIZES));
        assertEquals(
                List.of("count", "share", "sizes"),
                List.copyOf(settings.values().keySet()));
        assertEquals(List.of(1, 2, 3), settings.values().get("sizes"));
    }

    @Test
    void quickValuesYieldToWhatWasSet() {
        Settings settings = Settings.of(ALL, Map.of("count", "77", "sizes", ""), true);
        assertEquals(77, settings.get(COUNT));
        assertEquals(0.25, settings.get(SHARE));
        assertEquals(List.of(), settings.get(SIZES));
    }

    @Test
    void namesTheParametersThereAre() {
        assertRefused("there is no parameter 'counts' to set: there are count, share, sizes", ALL, "counts", "1");
        assertRefused("there is no parameter 'x' to set: there are none", List.of(), "x", "1");
    }

    @Test
    void namesTheTypeOfAWrongValue() {
        String rule = "parameter count must be of type integer from 1 to 100: it is ";
        for (String wrong : List.of("0", "101", "1.5", "many", "")) {
            assertRefused(rule + "'" + wrong + "'", ALL, "count", wrong);
        }
        for (String wrong : List.of("-0.1", "NaN", "x")) {
            assertRefused(
                    "parameter share must be of type number from 0 to 1: it is '" + wrong + "'", ALL, "share", wrong);
        }
        assertRefused(
                "parameter sizes must be of type list of integers, separated by commas: it is '1,,2'",
                ALL,
                "sizes",
                "1,,2");
    }

    @Test
    void standardAndQuickValuesMustBeOfTheType() {
        assertThrows(IllegalArgumentException.class, () -> Parameter.integer("n", 0, 1, 1, 2, ""));
        assertThrows(IllegalArgumentException.class, () -> Parameter.integer("n", 1, 3, 1, 2, ""));
    }

    @Test
    void refusesParametersOfOtherExperiments() {
        Settings settings = Settings.of(List.of(COUNT), Map.of(), false);
        assertThrows(IllegalArgumentException.class, () -> settings.get(SHARE));
    }

    private static void assertRefused(String sentence, List<Parameter<?>> parameters, String key, String value) {
        assertEquals(
                sentence,
                assertThrows(IllegalArgumentException.class, () -> Settings.of(parameters, Map.of(key, value), false))
                        .getMessage());
    }
}
