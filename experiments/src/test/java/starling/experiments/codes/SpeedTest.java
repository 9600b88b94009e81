package starling.experiments.codes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.models.UnfitException;

class SpeedTest {
    @TempDir
    private Path folder;

    @Test
    void transformsAgreeAndTheRivalIsAsked() throws IOException {
        Path rival = program("#!/bin/sh\necho \"$1$2e-6\"\n");
        Findings findings = run(
                new FwhtSpeed(), Map.of("sizes", "3,13", "repeats", "2", "seconds", "1", "rival", rival.toString()));
        assertTrue(findings.succeeded());
        for (String who : new String[] {"floats", "doubles", "floats-parallel", "commons-math", "rival"}) {
            assertArrayEquals(new double[] {3, 13}, series(findings, who).column("log2n"), who);
        }
        assertArrayEquals(
                new double[] {32e-6, 132e-6}, series(findings, "rival").column("medianSeconds"), 1e-12);
        assertEquals(6, findings.claims().size());
    }

    @Test
    void aRivalThatFailsIsSaid() throws IOException {
        for (String text : new String[] {"#!/bin/sh\nexit 3\n", "#!/bin/sh\necho no\n", "#!/bin/sh\necho -1\n"}) {
            String rival = program(text).toString();
            assertThrows(
                    UnfitException.class,
                    () -> run(new FwhtSpeed(), Map.of("sizes", "2", "repeats", "1", "rival", rival)));
        }
        assertThrows(
                UnfitException.class,
                () -> run(
                        new FwhtSpeed(),
                        Map.of("sizes", "2", "rival", folder.resolve("none").toString())));
    }

    @Test
    void everyCodeIsMeasuredWithItsErrorAndBits() {
        Findings findings = run(new CodeSpeed(), Map.of("n", "70000", "repeats", "1", "seconds", "0", "codes", ""));
        assertTrue(findings.succeeded());
        assertEquals(Contender.all().size(), findings.series().size());
        double error = series(findings, "rotated-dithered-1").column("vnmse")[0];
        assertEquals(0.5525, error, 0.03);
        assertEquals(0.571, series(findings, "eden-1").column("vnmse")[0], 0.03);
        assertEquals(1, series(findings, "rotated-dithered-1").column("realBits")[0], 0.02);
        assertEquals(4, series(findings, "eden-4").column("realBits")[0], 0.01);
        assertThrows(UnfitException.class, () -> run(new CodeSpeed(), Map.of("codes", "none")));
    }

    private Path program(String text) throws IOException {
        Path path = Files.createTempFile(
                folder,
                "rival",
                ".sh",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return Files.writeString(path, text);
    }

    private static Series series(Findings findings, String name) {
        Series series = findings.series().get(name);
        assertNotNull(series, name);
        return series;
    }

    private static Findings run(Experiment experiment, Map<String, String> set) {
        return experiment.run(
                new Context(Settings.of(experiment.parameters(), set, true), 1, new PrintWriter(new StringWriter())));
    }
}
