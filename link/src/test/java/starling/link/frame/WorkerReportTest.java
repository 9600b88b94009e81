package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerReportTest {
    private static final String GOLDEN = "{\"computeMicros\":1,\"waitMicros\":2,\"sentBytes\":300,\"receivedBytes\":4,"
            + "\"sentFrames\":3,\"rounds\":6,\"missing\":[0,7],\"error\":\"a \\\"b\\\"\\n\"}";
    private static final WorkerReport REPORT = new WorkerReport(1, 2, 300, 4, 3, 6, List.of(0, 7), "a \"b\"\n");

    @Test
    void aReportIsWrittenAsVersionOneAndReadBack() {
        assertEquals(GOLDEN, REPORT.write());
        assertEquals(REPORT, WorkerReport.read(GOLDEN, 8));
        WorkerReport well = new WorkerReport(1, 2, 3, 4, 5, 6, List.of(), null);
        assertEquals(well, WorkerReport.read(well.write(), 1));
        assertEquals(REPORT, WorkerReport.read(GOLDEN.replace("{", "{\"later\":[1],"), 8), "keys of later versions");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "computeMicros",
                "waitMicros",
                "sentBytes",
                "receivedBytes",
                "sentFrames",
                "rounds",
                "missing",
                "error"
            })
    void everyKeyMustBeThere(String key) {
        assertNull(WorkerReport.read(GOLDEN.replace("\"" + key + "\"", "\"other\""), 8), key);
        if (!key.equals("error")) {
            assertNull(
                    WorkerReport.read(GOLDEN.replaceFirst("\"" + key + "\":[^,\\]]*\\]?", "\"" + key + "\":null"), 8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"sentBytes\":-1", "\"sentBytes\":1e300", "\"sentBytes\":1.5", "\"sentBytes\":true"})
    void anImpossibleNumberIsNoReport(String wrong) {
        assertNull(WorkerReport.read(GOLDEN.replace("\"sentBytes\":300", wrong), 8));
    }

    @Test
    void whatIsNoReportIsNone() {
        for (String annex : List.of("", "nonsense", "[]", "null", "{}", GOLDEN + "1")) {
            assertNull(WorkerReport.read(annex, 8), annex);
        }
        assertNull(WorkerReport.read(GOLDEN, 7), "there is no worker 7 of 7");
        assertNull(WorkerReport.read(GOLDEN.replace("[0,7]", "[0,null]"), 8));
    }

    @Test
    void theLongestReportFitsIntoAnAnnexAndIsReadBack() {
        long most = 1L << 50;
        List<Integer> all = Collections.nCopies(60_000, 65_533);
        for (String worst : List.of("\u0001", "\u20ac", "\ud83d\ude00")) {
            WorkerReport longest = new WorkerReport(most, most, most, most, most, most, all, worst.repeat(3000));
            String annex = longest.write();
            assertTrue(annex.getBytes(StandardCharsets.UTF_8).length <= FrameDescriptor.MAX_ANNEX_LENGTH, worst);
            assertNotNull(WorkerReport.read(annex, 65_534), worst);
        }
    }

    @Test
    void aLongSentenceIsCutAndSaysSo() {
        assertEquals("x".repeat(500), WorkerReport.shorten("x".repeat(500)));
        assertEquals("x".repeat(497) + "...", WorkerReport.shorten("x".repeat(501)));
        assertEquals(
                "\ud83d\ude00".repeat(248) + "...",
                WorkerReport.shorten("\ud83d\ude00".repeat(400)),
                "no character is cut in two");
    }

    @Test
    void valuesAreWhatTheFramesCarriedBesideTheirHeaders() {
        assertEquals((300 - 3 * 64) / 4, REPORT.sentValues(ElementType.FLOAT32));
        assertEquals((300 - 3 * 64) / 2, REPORT.sentValues(ElementType.FLOAT16));
    }
}
