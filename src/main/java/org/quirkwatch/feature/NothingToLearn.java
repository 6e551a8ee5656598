package org.quirkwatch.feature;

import org.quirkwatch.model.Capture;

/// The fitter of a feature that is the same for all data.
///
/// @param extractor the feature
record NothingToLearn(FeatureExtractor extractor) implements FeatureFitter {

    @Override
    public boolean learns() {
        return false;
    }

    @Override
    public void add(Capture capture) {}

    @Override
    public FeatureExtractor fit() {
        return extractor;
    }
}
