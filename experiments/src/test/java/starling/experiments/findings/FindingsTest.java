package starling.experiments.findings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void claimsHoldUpToTheirLimitAndNotBeyond() {
        assertTrue(Claim.near("a", 1, 1.25, 0.25, true).holds());
        assertTrue(Claim.near("a", 1, 0.75, 0.25, true).holds());
        assertFalse(Claim.near("a", 1, 1.26, 0.25, true).holds());
        assertTrue(Claim.atMost("a", 3, 3, true).holds());
        assertFalse(Claim.atMost("a", 3, 3.01, true).holds());
        assertTrue(Claim.atLeast("a", 3, 3, true).holds());
        assertFalse(Claim.atLeast("a", 3, 2.99, true).holds());
    }

    @Test
    void whatWasNotMeasuredNeverHolds() {
        assertFalse(Claim.near("a", 1, Double.NaN, 1e9, true).holds());
        assertFalse(Claim.atMost("a", 1, Double.NaN, true).holds());
        assertFalse(Claim.atLeast("a", 1, Double.NaN, true).holds());
    }

    @Test
    void onlyRequiredClaimsMakeARunFail() {
        Claim missed = Claim.near("of-the-paper", 1, 2, 0, false);
        assertTrue(new Findings(List.of(missed), Map.of(), List.of()).succeeded());
        Claim failed = Claim.near("of-ours", 1, 2, 0, true);
        assertFalse(new Findings(List.of(missed, failed), Map.of(), List.of()).succeeded());
    }

    @Test
    void writesTheAgreedJson() {
        Series series = new Series("units", "seconds");
        series.row(1000, 0.25);
        series.row(5000, Double.NaN);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("count", 3);
        parameters.put("sizes", List.of("1x2"));
        Findings findings = new Findings(
                List.of(
                        Claim.near("near", 0.945, 0.9375, 0.01, false),
                        Claim.atMost("most", 5, 7, true).because("of it"),
                        Claim.atMost("few", 5, 5, true).because("of it")),
                Map.of("times", series),
                List.of());
        assertEquals("""
                {"name":"some-thing","parameters":{"count":3,"sizes":["1x2"]},"claims":[\
                {"id":"near","paper":0.945,"measured":0.9375,"tolerance":0.01,"required":false,"holds":true},\
                {"id":"most","paper":5,"measured":7,"tolerance":null,"required":true,"holds":false,"reason":"of it"},\
                {"id":"few","paper":5,"measured":5,"tolerance":null,"required":true,"holds":true}],\
                "series":{"times":{"units":[1000,5000],"seconds":[0.25,null]}}}""", findings.json("some-thing", parameters));
    }

    @Test
    void rowsMustFillTheirColumns() {
        Series series = new Series("a", "b");
        assertThrows(IllegalArgumentException.class, () -> series.row(1));
        assertThrows(IllegalArgumentException.class, () -> series.column("c"));
    }

    @Test
    void figuresStayInTheirFolder() {
        for (String name : List.of("../a.png", "a/b.png", ".hidden", "")) {
            assertThrows(IllegalArgumentException.class, () -> new Figure(name, new byte[0]));
        }
    }

    @Test
    void countsOnALogarithmicAxisMayBeZero() {
        assertArrayEquals(new double[] {1, 4}, Figure.plusOne(new double[] {0, 3}));
    }
}
