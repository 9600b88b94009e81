package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import starling.link.frame.Admission.Cause;

class FrameGateTest {

    private static final String TOPIC = "starling/f/worker/1/frame/2";
    private static final PlanHash PLAN = new PlanHash(1, 2);

    private long epoch = 7;
    private final FrameGate gate = new FrameGate(PLAN, () -> epoch, FrameLimits.DEFAULT, 8);

    private Admission admit(byte[] payload) {
        return gate.admit(TOPIC, payload, false, FrameKind.EXCHANGE, 1, 2);
    }

    private static byte[] frame(FrameKind kind, PlanHash plan, long epoch, int source, int receiver, long sequence) {
        return Frame.encode(FrameHeader.of(kind, plan, epoch, 0, 0, source, receiver, sequence), new float[] {1}, "");
    }

    private void refused(Cause cause, String sentence, Admission admission) {
        Admission.Refused refused = assertInstanceOf(Admission.Refused.class, admission);
        assertEquals(cause, refused.cause());
        assertTrue(refused.sentence().contains(sentence), refused.sentence());
    }

    @Test
    void aFrameIsAdmittedOnceAndLossIsSeen() {
        byte[] five = frame(FrameKind.EXCHANGE, PLAN, 7, 1, 2, 5);
        Admission.Admitted first = assertInstanceOf(Admission.Admitted.class, admit(five));
        assertEquals(1, first.frame().count());
        refused(Cause.REPEATED, "number 5 on " + TOPIC + " is DUPLICATE", admit(five));
        Admission.Admitted gap =
                assertInstanceOf(Admission.Admitted.class, admit(frame(FrameKind.EXCHANGE, PLAN, 7, 1, 2, 9)));
        assertEquals(new Arrival(Arrival.Order.GAP, 3), gap.arrival());
        assertEquals(3, gate.missing(TOPIC));
    }

    @Test
    void whatBelongsElsewhereIsRefusedAndNotRemembered() {
        byte[] good = frame(FrameKind.EXCHANGE, PLAN, 7, 1, 2, 0);
        refused(Cause.RETAINED, TOPIC, gate.admit(TOPIC, good, true, FrameKind.EXCHANGE, 1, 2));
        refused(Cause.MALFORMED, "64 bytes", admit(new byte[3]));
        refused(Cause.KIND, "must be EXCHANGE: it is ANSWER", admit(frame(FrameKind.ANSWER, PLAN, 7, 1, 2, 0)));
        refused(Cause.ADDRESS, "from 1 to 2: it is from 3 to 2", admit(frame(FrameKind.EXCHANGE, PLAN, 7, 3, 2, 0)));
        refused(Cause.ADDRESS, "from 1 to 2: it is from 1 to 3", admit(frame(FrameKind.EXCHANGE, PLAN, 7, 1, 3, 0)));
        refused(Cause.PLAN, PLAN.toString(), admit(frame(FrameKind.EXCHANGE, PlanHash.NONE, 7, 1, 2, 0)));
        refused(Cause.EPOCH, "epoch 7: it is of 6", admit(frame(FrameKind.EXCHANGE, PLAN, 6, 1, 2, 0)));
        assertInstanceOf(Admission.Admitted.class, admit(good));
        epoch = 8;
        refused(Cause.EPOCH, "epoch 8: it is of 7", admit(frame(FrameKind.EXCHANGE, PLAN, 7, 1, 2, 1)));
    }

    @Test
    void aRequestMayAskForWhateverIsServed() {
        String topic = "starling/f/client/anna/request";
        byte[] any = frame(FrameKind.REQUEST, PlanHash.NONE, 0, FrameDescriptor.CLIENT, FrameDescriptor.ROUTER, 0);
        assertInstanceOf(
                Admission.Admitted.class,
                gate.admit(topic, any, false, FrameKind.REQUEST, FrameDescriptor.CLIENT, FrameDescriptor.ROUTER));
        byte[] old = frame(FrameKind.REQUEST, PLAN, 6, FrameDescriptor.CLIENT, FrameDescriptor.ROUTER, 1);
        refused(
                Cause.EPOCH,
                "epoch 7",
                gate.admit(topic, old, false, FrameKind.REQUEST, FrameDescriptor.CLIENT, FrameDescriptor.ROUTER));
    }
}
