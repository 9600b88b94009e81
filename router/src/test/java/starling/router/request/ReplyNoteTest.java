package starling.router.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import starling.link.frame.FrameDescriptor;
import starling.router.inference.Cost;

class ReplyNoteTest {
    private static ReplyNote note(int workers, int outputs, int missing, String error) {
        List<ReplyNote.WorkerCost> costs = new ArrayList<>();
        for (int k = 0; k < workers; k++) {
            costs.add(new ReplyNote.WorkerCost(k, 1000, 2000, 3000, 4000));
        }
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (int i = 0; i < outputs; i++) {
            sizes.put("output-number-" + i, 10);
        }
        List<Integer> lost = new ArrayList<>();
        for (int k = 0; k < missing; k++) {
            lost.add(60_000 + k);
        }
        return new ReplyNote(5L, lost, 1L, 2L, 3L, new Cost(1, 2, 3), sizes, costs, null, error);
    }

    private static ReplyNote sent(ReplyNote note) {
        String annex = note.write();
        int octets = annex.getBytes(StandardCharsets.UTF_8).length;
        assertTrue(octets <= FrameDescriptor.MAX_ANNEX_LENGTH, octets + " octets");
        return Objects.requireNonNull(ReplyNote.read(annex), annex);
    }

    @Test
    void whatFitsArrivesAsItIs() {
        ReplyNote whole = note(20, 3, 2, "an error with \"quotes\", \u00e4 and \u2603");
        assertEquals(whole, sent(whole));
    }

    @Test
    void whatDoesNotFitIsLeftOutFromTheLeastImportantOn() {
        ReplyNote manyWorkers = sent(note(500, 3, 2, "e"));
        assertNull(manyWorkers.workers());
        assertNotNull(manyWorkers.outputs());
        assertEquals(List.of(60_000, 60_001), manyWorkers.missing());

        ReplyNote manyOutputs = sent(note(2, 500, 2, "e"));
        assertNull(manyOutputs.outputs());
        assertEquals(new Cost(1, 2, 3), manyOutputs.planned());

        ReplyNote manyMissing = sent(note(2, 2, 5000, "\u2603".repeat(5000)));
        assertEquals(100, manyMissing.missing().size());
        assertEquals("\u2603".repeat(400), manyMissing.error());
        assertEquals(2L, manyMissing.bytes());
    }

    @Test
    void nonsenseIsNoNote() {
        for (String annex : List.of("", "x", "[]", "{\"missing\":3}", "\"\"", "{\"values\":\"many\"}")) {
            assertNull(ReplyNote.read(annex), annex);
        }
        assertEquals(
                List.of(),
                Objects.requireNonNull(ReplyNote.read("{\"later\":1}")).missing());
    }
}
