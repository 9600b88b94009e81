package starling.router.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.router.inference.Cost;
import starling.router.request.ReplyNote;

class InferReportTest {
    private final Dataset data = DataSpec.parse("builtin:mnist,limit=40").open(Split.TEST, 0);

    private static ReplyNote note(@Nullable Long values, @Nullable Map<String, Integer> outputs) {
        return new ReplyNote(
                2000L,
                List.of(),
                values,
                values == null ? null : 4 * values + 128,
                values == null ? null : 2L,
                new Cost(100, 528, 2),
                outputs,
                List.of(new ReplyNote.WorkerCost(0, 500, 1500, 300, 200), new ReplyNote.WorkerCost(1, 100, 100, 1, 2)),
                null,
                null);
    }

    /** One-hot logits of a class in front of four more numbers that are to be ignored. */
    private static float[] outputs(int cls) {
        float[] all = new float[14];
        all[cls] = 1;
        all[12] = 99;
        return all;
    }

    private static Map<String, Integer> shape() {
        Map<String, Integer> shape = new LinkedHashMap<>();
        shape.put("z-first", 10);
        shape.put("a-second", 4);
        return shape;
    }

    @Test
    void everythingIsCountedOverTheRightSamples() {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int cls = i < 5 ? (data.label(i) + 1) % 10 : data.label(i);
            boolean complete = i != 7;
            ReplyNote note = note(i == 7 ? null : 100L + i % 2, shape());
            replies.add(
                    i == 9
                            ? new Reply(null, false, ReplyNote.error("worker 1 slept"), 1)
                            : new Reply(outputs(cls), complete, note, (i + 1) * 1_000_000L));
        }
        InferReport report = InferReport.of(data, replies, 3, 1.5);
        assertEquals(20, report.samples());
        assertEquals(14 / 20.0, report.accuracy(), "five are wrong and one has no answer");
        assertEquals(18, report.complete());
        assertEquals(1, report.incomplete());
        assertEquals(1, report.failed());
        assertEquals("worker 1 slept", report.firstFailure());
        // 19 answers took 1, 2, ..., 9, 11, ..., 20 ms: nearest ranks 10 and 19.
        assertEquals(new InferReport.Latency(11, 20, 200 / 19.0), report.latencyMs());
        assertEquals(new InferReport.Latency(2, 2, 2), report.routerLatencyMs());
        // Of the 18 measured ones 8 are odd: samples 1, 3, ..., 19 but 7 and 9.
        assertEquals(100 + 8 / 18.0, report.valuesPerInference());
        assertEquals(528 + 32 / 18.0, report.bytesPerInference());
        assertEquals(2.0, report.rounds());
        assertEquals(new Cost(100, 528, 2), report.planned());
        assertEquals(
                new InferReport.WorkerMeans(0, 0.5, 1.5, 300, 200),
                report.workers().get(0));
        String text = report.text();
        assertTrue(text.contains("18 complete, 1 incomplete, 1 failed"), text);
        assertTrue(text.contains("planned        100 values, 528 bytes, 2 rounds per inference"), text);
    }

    @Test
    void theFirstMaximumWins() {
        float[] tie = new float[10];
        tie[data.label(0)] = 1;
        tie[9] = 1;
        Reply reply = new Reply(tie, true, note(null, null), 1);
        InferReport report = InferReport.of(data, List.of(reply), 1, 0.1);
        assertEquals(1.0, report.accuracy());
        assertNull(report.valuesPerInference(), "nobody has measured");
    }

    @Test
    void oneNumberIsRightWhenItIsTheLabelRounded() {
        for (float off : new float[] {0.3f, 0.6f}) {
            Reply reply = new Reply(new float[] {data.label(0) + off}, true, note(null, null), 1);
            assertEquals(
                    off < 0.5 ? 1.0 : 0.0,
                    InferReport.of(data, List.of(reply), 1, 0.1).accuracy());
        }
    }

    @Test
    void nothingButFailuresIsAReportToo() {
        InferReport report = InferReport.of(data, List.of(new Reply(null, false, ReplyNote.error("no"), 1)), 1, 0.1);
        assertEquals(1, report.failed());
        assertNull(report.latencyMs());
        assertNull(report.planned());
        assertTrue(report.text().contains("first failure  no"), report.text());
    }
}
