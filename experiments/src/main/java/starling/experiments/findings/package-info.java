/**
 * What an experiment is made of: its typed parameters, its run, and the findings it leaves: claims held against a paper or
 * a document of ours, series of measurements, and figures. Nothing here knows a particular experiment.
 */
@NullMarked
package starling.experiments.findings;

import org.jspecify.annotations.NullMarked;
