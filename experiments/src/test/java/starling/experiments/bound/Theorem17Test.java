package starling.experiments.bound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;

class Theorem17Test {
    @Test
    void theBoundHoldsAndWhatIsOutsideIsNamed() {
        Theorem17 experiment = new Theorem17();
        StringWriter told = new StringWriter();
        Map<String, String> few = Map.of("networks", "20", "budgets", "100", "data", "builtin:mnist,limit=50");
        Findings findings =
                experiment.run(new Context(Settings.of(experiment.parameters(), few, true), 3, new PrintWriter(told)));
        assertTrue(findings.succeeded(), findings.claims().toString());
        assertEquals(9, findings.claims().size());
        for (String family : new String[] {"dense", "convolutional"}) {
            Series rows = Objects.requireNonNull(findings.series().get(family));
            assertEquals(20, rows.size());
            for (double deviation : rows.column("deviation")) {
                assertTrue(deviation > 0, "weights were dropped, so answers differ");
            }
        }
        Series lenet = Objects.requireNonNull(findings.series().get("lenetShipped"));
        assertTrue(lenet.column("layered")[0] > lenet.column("deviation")[0]);
        for (Family family : Family.values()) {
            assertEquals(!family.within(), told.toString().contains(family.text() + " is outside: "));
        }
    }
}
