package starling.experiments.coded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import starling.models.UnfitException;

/** Without a deadline that matters all is known, on agents as by the laws. */
class ProtectionOverMqttTest {
    private static Findings run(Map<String, String> settings) {
        ProtectionOverMqtt experiment = new ProtectionOverMqtt();
        return experiment.run(new Context(
                Settings.of(experiment.parameters(), settings, true), 3, new PrintWriter(new StringWriter())));
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void agentsThatAreInTimeGiveTheProduct() {
        Assumptions.assumeTrue(Mosquitto.program().isPresent(), "skipped: mosquitto is not installed");
        Findings findings =
                run(Map.of("workers", "10", "mean", "0.05", "deadlines", "200", "products", "2", "trials", "50"));
        Series table = Objects.requireNonNull(findings.series().get("uep-mqtt"));
        double[] loss = table.column("loss");
        double[] expected = table.column("expected");
        assertEquals(6, loss.length);
        // Ten seconds: whoever is slow has answered by then.
        assertEquals(0, loss[0], 1e-3);
        assertEquals(0, loss[1], 1e-3);
        for (int i = 2; i < loss.length; i++) {
            assertTrue(loss[i] < 1 && expected[i] < 1, "something is known: " + loss[i] + ", " + expected[i]);
        }
    }

    @Test
    void anOddNumberOfAgentsIsRefused() {
        UnfitException odd = assertThrows(UnfitException.class, () -> run(Map.of("workers", "11")));
        assertTrue(String.valueOf(odd.getMessage()).startsWith("workers must be even"), odd.getMessage());
    }
}
