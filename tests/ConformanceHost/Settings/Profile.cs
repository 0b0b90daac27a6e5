namespace ConformanceHost.Settings;

/// <summary>What the host serves besides the endpoints that every profile has.</summary>
public enum Profile
{
    /// <summary>Namespaces with control events, for black-box tests.</summary>
    Blackbox,

    /// <summary>Engine.IO alone; every message comes back.</summary>
    Engine,

    /// <summary>Engine.IO alone, as the tests of the official engine.io client want it.</summary>
    EngineClient,

    /// <summary>What the public Socket.IO protocol suite wants.</summary>
    Protocol,

    /// <summary>What the tests of the official client want.</summary>
    Client,

    /// <summary>For load generators.</summary>
    Bench,
}
