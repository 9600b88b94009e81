package starling.experiments.costmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;

class CostModelTest {
    private static Findings run(Experiment experiment, Map<String, String> settings) {
        return experiment.run(new Context(
                Settings.of(experiment.parameters(), settings, true), 5, new PrintWriter(new StringWriter())));
    }

    private static Claim claim(Findings findings, String id) {
        return findings.claims().stream()
                .filter(claim -> claim.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Series table(Findings findings, String series) {
        return Objects.requireNonNull(findings.series().get(series));
    }

    /** 64 neurons on 2 nodes: 32 x 32 own weights and 32 x 32 from the other node, worked out by hand. */
    @Test
    void countsWhatANodeDoes() {
        assertEquals(2048, CostModel.multiplyAdds(64, 2, 0));
        assertEquals(1024 + 256, CostModel.multiplyAdds(64, 2, 0.75));
        CostModel model = new CostModel(Platform.EDGE, 1e-3, 4);
        CostModel.Time time = model.time(64, 2, 0.75);
        assertEquals(5 * 2 * 1280 / 0.5e12, time.compute(), 1e-20);
        // 8 of 32 values at 4 bytes
        assertEquals(5 * (1e-3 + 32 / 100e6), time.communication(), 1e-15);
        assertEquals(time.compute() + time.communication(), time.total());
    }

    @Test
    void oneNodeNeedsNobody() {
        assertEquals(64 * 64, CostModel.multiplyAdds(64, 1, 0.99));
        assertEquals(0, CostModel.baselineValues(64, 1));
        assertEquals(1, CostModel.computeSpeedUp(1, 0.9));
    }

    /** The latencies of the platforms are where their description says: twice or half of them fits the printed numbers worse. */
    @ParameterizedTest
    @EnumSource(Platform.class)
    void latenciesFitBest(Platform platform) {
        double[] printed =
                platform == Platform.EDGE ? new double[] {1.2, 1.38, 1.82, 3.04} : new double[] {1.2, 1.45, 1.74, 1.75};
        double fitted = platform.latency().read(platform.latency().standard()) * 1e-6;
        double error = misfit(platform, fitted, printed);
        for (double factor : new double[] {0.5, 0.98, 1.02, 2}) {
            assertTrue(misfit(platform, factor * fitted, printed) > error, "times " + factor);
        }
    }

    private static double misfit(Platform platform, double latency, double[] printed) {
        CostModel model = new CostModel(platform, latency, 4);
        double sum = 0;
        for (int k = 0; k < printed.length; k++) {
            double sparsity = CostModel.SPARSITIES.get(k);
            double mean = CostModel.WORKERS.stream()
                    .mapToDouble(p -> model.time(8192, p, 0).communication()
                            / model.time(8192, p, sparsity).communication())
                    .average()
                    .orElseThrow();
            sum += Math.pow(Math.log(mean / printed[k]), 2);
        }
        return sum;
    }

    /** Of a random graph with 2 edges a vertex about 2 x 0.419 of a side are matched (Karp and Sipser): 1 - 0.1620. */
    @Test
    void coversOfSparseRandomGraphsHaveTheirKnownSize() {
        RandomCover cover = RandomCover.draw(20_000, 2.0 / 20_000, 7);
        assertTrue(cover.proved());
        assertEquals(karpSipser(2), cover.values() / 20_000.0, 0.01);
    }

    /** The share of matched vertices for degrees up to e: 2 - (x + y + x y) with x = exp(-c y), y = exp(-c x), here x = y. */
    private static double karpSipser(double degree) {
        double x = 0.5;
        for (int i = 0; i < 10_000; i++) {
            x = (x + Math.exp(-degree * x)) / 2;
        }
        return 2 - (2 * x + degree * x * x);
    }

    @Test
    void denseRandomGraphsNeedAWholeSide() {
        assertEquals(500, RandomCover.draw(500, 0.5, 1).values());
    }

    @Test
    void dataAreShownAsTheThesisHasThemAndAsValues() {
        Findings findings = run(new ExchangedData(), Map.of("neurons", "1024"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        Rows rows = new Rows(table(findings, "data"));
        // 1024 values, half of them at P = 2, 5 layers, 4 bytes
        assertEquals(10_240, rows.column("bytesIfLinear", "sparsity", 0)[0]);
        assertEquals(1024, rows.column("bytesIfLinear", "sparsity", 0.9)[0], 1e-9);
        assertTrue(rows.column("bytesByValues", "sparsity", 0.9)[0] > 10_000);
        Claim linear = claim(findings, "paper-data-falls-linearly-at-90-percent");
        assertFalse(linear.holds());
        assertFalse(linear.required());
        assertNotNull(linear.reason());
        assertTrue(claim(findings, "paper-growth-of-data-from-2-nodes-converges-to-2")
                .holds());
    }

    @Test
    void computingSpeedsUpByTheClosedForm() {
        Findings findings = run(new TimeBreakdown(), Map.of("neurons", "2048"));
        assertTrue(findings.succeeded(), findings.claims().toString());
        for (Platform platform : Platform.values()) {
            Series speedUps = table(findings, platform.text() + "SpeedUps");
            assertEquals(4.761, speedUps.column("compute")[2], 1e-3);
            assertEquals(speedUps.column("computeClosedForm")[3], speedUps.column("compute")[3], 1e-3);
            double[] values = speedUps.column("communicationByValues");
            assertTrue(values[0] < 1.001 && values[0] > 0.999, "random weights save no value at 50 %");
        }
        assertTrue(claim(findings, "paper-compute-speed-up-datacenter-at-99-percent")
                .holds());
        assertNotNull(
                claim(findings, "paper-compute-speed-up-edge-at-99-percent").reason());
        assertEquals(2, findings.figures().size());
    }

    @Test
    void theLargestDatacenterSizeHasTheRatioOfComputing() {
        assertEquals(2.063, ModelSizes.computingOnly(), 5e-4);
        Findings findings = run(new ModelSizes(), Map.of());
        assertTrue(findings.succeeded(), findings.claims().toString());
        assertTrue(claim(findings, "paper-datacenter-ratio-at-1048576").holds());
        assertFalse(claim(findings, "paper-edge-ratio-at-32768").holds());
        assertEquals(11, table(findings, "datacenter").size());
        assertEquals(
                0,
                table(run(new ModelSizes(), Map.of("edge-neurons", "")), "edge").size());
    }
}
