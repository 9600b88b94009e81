package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.plan.fixture.TinyBundles;

class TrafficTest {
    @TempDir
    Path folder;

    @Test
    void whatIsSentIsWhatIsTakenAndWhatThePlanCounts() {
        for (TinyBundles.Kind kind : TinyBundles.Kind.values()) {
            Plan plan =
                    TinyBundles.write(folder.resolve(kind.name()), 4, kind, 1).plan();
            Traffic sent = Traffic.NONE;
            Traffic taken = Traffic.answers(plan);
            Traffic subscriptions = Traffic.NONE;
            for (int k = 0; k < 4; k++) {
                sent = sent.plus(Traffic.sentBy(plan, k));
                taken = taken.plus(Traffic.framesFor(plan, k));
            }
            for (Traffic one : Traffic.perSubscription(plan)) {
                subscriptions = subscriptions.plus(one);
            }
            assertEquals(sent, taken);
            assertEquals(plan.account().values() + plan.account().outputValues(), sent.values());
            assertEquals(
                    sent.plus(Traffic.sentByRouter(plan)).plus(Traffic.request(plan)),
                    subscriptions,
                    "nothing passes the broker but what workers, router and client send");
        }
    }

    @Test
    void aBurstIsTwiceThatOfTheInferencesInFlight() {
        Traffic burst = new Traffic(3, 1, 700, 400).atOnce(16);
        assertEquals(new Traffic(96, 32, 22_400, 400), burst);
        assertEquals(
                new Traffic(96, 32, 22_400, 900),
                List.of(burst, new Traffic(1, 1, 900, 900)).stream().reduce(Traffic.NONE, Traffic::or));
    }
}
