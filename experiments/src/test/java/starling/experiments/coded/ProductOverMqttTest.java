package starling.experiments.coded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.experiments.processes.Mosquitto;

class ProductOverMqttTest {
    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void agentsOfTheirOwnProcessGiveTheTrueProducts() {
        Assumptions.assumeTrue(Mosquitto.program().isPresent(), "skipped: mosquitto is not installed");
        ProductOverMqtt experiment = new ProductOverMqtt();
        Map<String, String> small =
                Map.of("size", "60", "agents", "3", "k", "2", "stragglers", "1", "slow", "3", "products", "2");
        Findings findings = experiment.run(
                new Context(Settings.of(experiment.parameters(), small, true), 3, new PrintWriter(new StringWriter())));
        assertTrue(findings.succeeded(), findings.claims().toString());
        Series table = Objects.requireNonNull(findings.series().get("coded-mqtt"));
        assertEquals(2, table.column("products")[0]);
        assertEquals(2, table.column("products")[1]);
        // A third of 60 rows of results up, and 60 numbers down to three agents, beside headers.
        assertEquals(8 * (60 + 3 * 60), table.column("bytes")[0], 700);
    }
}
