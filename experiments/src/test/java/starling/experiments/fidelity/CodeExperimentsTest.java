package starling.experiments.fidelity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Settings;

class CodeExperimentsTest {

    @Test
    void errorsAndBitsComeRowByRow() throws IOException {
        Findings findings = run(
                new Fidelity(), Map.of("d", "4096", "bits", "1,2", "dist", "normal", "trials", "2", "nodes", "1,4"));
        JsonNode rows = new ObjectMapper()
                .readTree(findings.json("vnmse", Map.of()))
                .get("series")
                .get("vnmse");
        assertTrue(rows.isArray(), rows.toString());
        int found = 0;
        for (JsonNode row : rows) {
            if (row.get("code").textValue().equals("rotated-dithered")) {
                double bits = row.get("bits").doubleValue();
                assertEquals(bits, row.get("realBits").doubleValue(), 0.05);
                double formula = row.get("formula").doubleValue();
                assertEquals(formula, row.get("vnmse").doubleValue(), 0.1 * formula);
                assertTrue(row.get("vnmse").doubleValue() > row.get("limit").doubleValue(), row.toString());
                assertTrue(!row.get("biased").booleanValue(), row.toString());
                found++;
            }
        }
        assertEquals(2, found);
    }

    @Test
    void theLeastGammaIsThatOfASearch() {
        Findings findings = run(new GammaBounds(), Map.of("n", "64", "gains", "8,20,64"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        double[] gammas =
                Objects.requireNonNull(findings.series().get("fig4-1")).column("gamma");
        assertTrue(
                gammas[0] < gammas[1] && gammas[1] < gammas[2],
                findings.series().toString());
    }

    @Test
    void theFiguresNumberComesBack() {
        Findings findings = run(new NestedExample(), Map.of());
        assertEquals(
                3,
                findings.claims().stream().filter(Claim::holds).count(),
                findings.claims().toString());
        assertTrue(!run(new NestedExample(), Map.of("y", "-8")).claims().get(1).holds());
    }

    private static Findings run(Experiment experiment, Map<String, String> set) {
        Settings settings = Settings.of(experiment.parameters(), set, true);
        return experiment.run(new Context(settings, 1, new PrintWriter(new StringWriter())));
    }
}
