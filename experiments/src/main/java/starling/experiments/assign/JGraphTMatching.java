package starling.experiments.assign;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;
import starling.repurpose.assign.AssignmentProblem;

/** The same problem for JGraphT: a complete bipartite graph of one vertex per unit and one per place of a worker. */
final class JGraphTMatching {
    private final Graph<Integer, DefaultWeightedEdge> graph = new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
    private final Set<Integer> units = new LinkedHashSet<>();
    private final Set<Integer> places = new LinkedHashSet<>();

    /** Builds the graph, N^2 edges; units are the vertices from 0, places those from N. */
    JGraphTMatching(AssignmentProblem problem) {
        for (int n = 0; n < problem.units(); n++) {
            graph.addVertex(n);
            units.add(n);
        }
        int place = problem.units();
        for (int k = 0; k < problem.workers(); k++) {
            for (int i = 0; i < problem.most(k); i++) {
                graph.addVertex(place);
                places.add(place);
                for (int n = 0; n < problem.units(); n++) {
                    graph.setEdgeWeight(graph.addEdge(n, place), problem.cost(k, n));
                }
                place++;
            }
        }
    }

    /** Solves it from scratch; returns the least cost. */
    double solve() {
        return new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(graph, units, places)
                .getMatching()
                .getWeight();
    }
}
