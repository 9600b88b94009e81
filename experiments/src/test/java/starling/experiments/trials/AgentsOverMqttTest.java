package starling.experiments.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.experiments.processes.Mosquitto;

class AgentsOverMqttTest {
    /** Real processes over a real broker learn what simulated nodes learn, to the last bit. */
    @Test
    @Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void agentsOfTheirOwnProcessLearnWhatSimulatedNodesLearn() {
        Assumptions.assumeTrue(Mosquitto.program().isPresent(), "skipped: mosquitto is not installed");
        AgentsOverMqtt experiment = new AgentsOverMqtt();
        Map<String, String> small = Map.of(
                "agents",
                "2",
                "uplinks",
                "messages,air",
                "network",
                "region",
                "data",
                "builtin:region,limit=200",
                "rounds",
                "5",
                "disturbed-rounds",
                "0");
        Findings findings = experiment.run(
                new Context(Settings.of(experiment.parameters(), small, true), 3, new PrintWriter(new StringWriter())));
        assertEquals(
                List.of("same-model-as-simulated-messages-2", "same-model-as-simulated-air-2"),
                findings.claims().stream().map(Claim::id).toList());
        assertTrue(findings.succeeded());
        Series table = Objects.requireNonNull(findings.series().get("fl-mqtt"));
        // Two agents get 6 498 weights each as float32, with a header for the message and for its piece.
        assertEquals(2 * 4 * 6498, table.column("bytesDown")[0], 200);
        assertTrue(table.column("bytesUp")[0] > 0);
    }
}
