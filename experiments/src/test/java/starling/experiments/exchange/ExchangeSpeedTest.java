package starling.experiments.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.experiments.processes.Mosquitto;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;

class ExchangeSpeedTest {
    @TempDir
    private Path folder;

    /** Says what was measured; never how long it took. */
    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void measuresRoundsAndBareRoundTrips() throws IOException {
        Assumptions.assumeTrue(Mosquitto.program().isPresent(), "skipped: mosquitto is not installed");
        ExchangeSpeed experiment = new ExchangeSpeed();
        Map<String, String> small = Map.of("rounds", "3", "blocks", "2", "inferences", "2", "warmup", "2");
        Findings findings = experiment.run(
                new Context(Settings.of(experiment.parameters(), small, true), 7, new PrintWriter(new StringWriter())));
        assertEquals(
                List.of("round-to-bare-round-trip-p50", "round-to-bare-round-trip-p95"),
                findings.claims().stream().map(Claim::id).toList());
        for (Claim claim : findings.claims()) {
            assertTrue(claim.required());
            assertEquals(1.5, claim.paper());
            assertTrue(claim.measured() > 0);
        }
        assertEquals(2, Objects.requireNonNull(findings.series().get("blocks")).size());
        Series latency = Objects.requireNonNull(findings.series().get("latency"));
        double[] rounds = latency.column("roundMicros");
        double[] totals =
                Objects.requireNonNull(findings.series().get("inference")).column("totalMicros");
        for (int i = 0; i < rounds.length; i++) {
            assertTrue(rounds[i] > 0);
            assertTrue(latency.column("bareMicros")[i] > 0);
        }
        // Each inference holds three rounds, one after the other.
        assertTrue(totals[0] >= 3 * rounds[0]);
        assertNotNull(
                ImageIO.read(new ByteArrayInputStream(findings.figures().get(0).content())));
    }

    @Test
    void everyRoundOfTheChainSendsTheValuesBothWays() {
        Bundle bundle = new Chain(5, 3, 1).write(folder);
        Plan plan = bundle.plan();
        assertEquals(3, plan.exchanges().size());
        for (Plan.Exchange exchange : plan.exchanges()) {
            assertEquals(
                    List.of(5, 5),
                    exchange.links().stream().map(Plan.Link::values).toList());
        }
    }

    @Test
    void percentilesAreNumbersThatWereMeasured() {
        double[] sorted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        assertEquals(1, ExchangeSpeed.percentile(sorted, 1));
        assertEquals(5, ExchangeSpeed.percentile(sorted, 50));
        assertEquals(10, ExchangeSpeed.percentile(sorted, 95));
        assertEquals(10, ExchangeSpeed.percentile(sorted, 100));
    }
}
