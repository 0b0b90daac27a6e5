using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Fanfare.SocketIO.Tests;

/// <summary>A certificate that signs itself, and a client side that takes it.</summary>
internal static class TestCertificate
{
    private static readonly Lazy<X509Certificate2> Made = new(Create);

    public static X509Certificate2 Shared => Made.Value;

    public static SslClientAuthenticationOptions ClientOptions => new()
    {
#pragma warning disable CA5359 // The server's certificate was made by this test.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
