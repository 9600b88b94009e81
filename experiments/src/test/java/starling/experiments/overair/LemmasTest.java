package starling.experiments.overair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Settings;
import starling.models.UnfitException;

class LemmasTest {

    @Test
    void lemma13GivesOneObjectWithItsInterval() throws IOException {
        Findings findings =
                run(new Lemma13(), Map.of("d", "100", "m", "20", "sigma", "0.5", "nodes", "1", "trials", "400"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        JsonNode series = series(findings, "lemma13");
        double predicted = series.get("predicted").doubleValue();
        double squares = 0;
        for (float number : Network.gradients(1, 100, 1).get(0)) {
            squares += (double) number * number;
        }
        assertEquals(4 * squares + 100 * 0.25, predicted, 1e-6 * predicted);
        double measured = series.get("measured").doubleValue();
        double low = series.get("confidence").get(0).doubleValue();
        double high = series.get("confidence").get(1).doubleValue();
        assertEquals(2, series.get("confidence").size());
        assertEquals(measured, (low + high) / 2, 1e-9 * measured);
        assertTrue(low < predicted && predicted < high);
        assertThrows(UnfitException.class, () -> run(new Lemma13(), Map.of("d", "10", "m", "11")));
        assertThrows(UnfitException.class, () -> run(new Lemma13(), Map.of("d", "16777216", "nodes", "1000")));
    }

    @Test
    void lemma14HoldsInEveryCombination() throws IOException {
        Findings findings = run(new Lemma14(), Map.of("d", "64", "m", "16", "nodes", "3", "trials", "400"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        JsonNode rows = series(findings, "lemma14");
        assertEquals(16, rows.size());
        int partly = 0;
        for (JsonNode row : rows) {
            assertEquals(
                    row.get("participation").booleanValue(), row.get("bound").isNull(), row.toString());
            double used = row.get("used").doubleValue();
            assertTrue(row.get("selection").booleanValue() || used == 1, row.toString());
            partly += used < 1 ? 1 : 0;
            if (row.get("power").booleanValue()) {
                assertNotEquals(1, row.get("scale").doubleValue(), row.toString());
            }
        }
        assertTrue(partly >= 6, partly + " combinations leave subchannels out");
        assertThrows(UnfitException.class, () -> run(new Lemma14(), Map.of("m", "9")));
    }

    /** Errors 1 and 3 in turn, one number: variance 1, and no bias against a mean of 2 off zero is a large one. */
    @Test
    void intervalsAreThoseOfTheMean() {
        MeasuredError measured = new MeasuredError(new double[1]);
        for (int i = 0; i < 1000; i++) {
            measured.add(new float[] {i % 2 == 0 ? 1 : (float) Math.sqrt(3)});
        }
        assertEquals(2, measured.mean(), 1e-6);
        assertEquals(3.2905 / Math.sqrt(1000), measured.halfWidth(), 0.005 * measured.halfWidth());
        double sum = 500 * (1 + Math.sqrt(3));
        assertEquals(sum * sum / 2000, measured.bias(), 1e-3);
    }

    private static JsonNode series(Findings findings, String name) throws IOException {
        return new ObjectMapper()
                .readTree(findings.json(name, Map.of()))
                .get("series")
                .get(name);
    }

    private static Findings run(Experiment experiment, Map<String, String> set) {
        Settings settings = Settings.of(experiment.parameters(), set, true);
        return experiment.run(new Context(settings, 1, new PrintWriter(new StringWriter())));
    }
}
