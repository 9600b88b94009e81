package starling.experiments.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;

class ValuesBudgetsTest {
    private static Findings run(Map<String, String> settings) {
        ValuesBudgets experiment = new ValuesBudgets();
        return experiment.run(new Context(
                Settings.of(experiment.parameters(), settings, true), 3, new PrintWriter(new StringWriter())));
    }

    private static Claim claim(Findings findings, String id) {
        return findings.claims().stream()
                .filter(claim -> claim.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static double[] column(Findings findings, String series, String column) {
        return table(findings, series).column(column);
    }

    private static Series table(Findings findings, String series) {
        return Objects.requireNonNull(findings.series().get(series));
    }

    @Test
    void plansKeepTheirBudgetsAndRivalsMayUseNoMore() {
        Findings findings = run(Map.of("budgets", "200,50", "calibrate", "builtin:mnist,split=train,limit=400"));
        assertTrue(findings.succeeded());
        double[] values = column(findings, "plans", "values");
        double[] sparse = column(findings, "sparse", "values");
        assertEquals(2, values.length);
        for (int i = 0; i < 2; i++) {
            assertTrue(values[i] > 0 && values[i] <= column(findings, "plans", "budget")[i], "values " + values[i]);
            assertTrue(sparse[i] <= values[i], sparse[i] + " values of a rival against " + values[i]);
        }
        double[] accuracy = column(findings, "plans", "accuracy");
        assertTrue(accuracy[0] > column(findings, "sparse", "accuracy")[0], "thresholds without rearranging are worse");
        assertEquals(10, column(findings, "lateFusion", "values")[0], "outputs x (P-1)");
        double original = column(findings, "unpruned", "originalAccuracy")[0];
        Claim lost = claim(findings, "accuracy-lost-at-50-values");
        assertEquals(original - accuracy[1], lost.measured(), 1e-12);
        assertEquals(0.010, lost.paper());
        assertFalse(lost.required(), "500 images prove nothing about 0.1 points");
        assertEquals(1, findings.figures().size());
    }

    @Test
    void moreWorkersAreNotHeldToWhatTwoOwe() {
        Findings findings = run(Map.of(
                "budgets",
                "",
                "workers",
                "3",
                "calibrate",
                "builtin:mnist,split=train,limit=400",
                "data",
                "builtin:mnist,limit=50"));
        assertTrue(findings.succeeded());
        assertEquals(0, table(findings, "plans").size());
        assertFalse(claim(findings, "values-when-nothing-is-dropped").required());
        assertTrue(claim(findings, "accuracy-when-nothing-is-dropped").holds());
    }
}
